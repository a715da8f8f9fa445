"""Every scenario, by what breaks. Importing this registers them all."""

from chaos.scenarios import clients, gateways, model, postgres, storm, valkey, workers

__all__ = ["clients", "gateways", "model", "postgres", "storm", "valkey", "workers"]
