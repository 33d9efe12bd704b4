"""Who is meant: groups of members, by what they bought and told, or by list; kept fresh by the worker."""
