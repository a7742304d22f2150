"""How papers print results: numbers and what stands beside them, before any meaning."""
