"""Metrics for Prometheus, traces for OpenTelemetry.

Neither names a tenant or a person, or holds words of a message. Metrics have labels with a handful
of fixed values; spans carry only ids. docs/operations.md says what each metric means.
"""
