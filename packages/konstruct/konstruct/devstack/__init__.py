"""The whole product on one machine: PostgreSQL, Valkey, a model and our own processes."""

from konstruct.devstack.data_dir import DataDir, default_data_dir, running_environment
from konstruct.devstack.options import UpOptions
from konstruct.devstack.preflight import Check, check_all
from konstruct.devstack.stack import up

__all__ = [
    "Check",
    "DataDir",
    "UpOptions",
    "check_all",
    "default_data_dir",
    "running_environment",
    "up",
]
