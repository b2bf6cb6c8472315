"""The review page: people look at what was judged, and agree or overrule, from any browser."""
