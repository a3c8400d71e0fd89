"""The map of codes: its axes, its places, the pad under the hand, the chart to explore."""
