"""The widget, which no platform stands behind."""
