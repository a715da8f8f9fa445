"""Why a measurement could not be made, as a sentence."""


class BenchmarkFailed(Exception):
    """Nothing was measured, or what was measured cannot be trusted."""
