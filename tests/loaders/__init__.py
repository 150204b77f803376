"""The whole way into tables, by loaders as they were released."""
