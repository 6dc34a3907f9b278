"""Read photos and clips; the app, ``datasets`` and ``train`` share these readers, so all see the same pictures."""
