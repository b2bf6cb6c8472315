"""Who has shards judged: this process, or a cluster."""
