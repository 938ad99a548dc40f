"""Tables, migrations, transactions and the embedded PostgreSQL."""
