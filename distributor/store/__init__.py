"""The database: tables, one module a subject, migrations; values of the model go in and come out."""
