"""Seeing inside a running process: figures for Prometheus, traces for OpenTelemetry.

Nothing here names a tenant or a person, or holds a word that was said: figures have labels with a
handful of fixed values, and spans carry ids alone. What each figure means: docs/operations.md.
"""
