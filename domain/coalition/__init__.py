"""Who takes part: the coalition, its partners, their legal entities, brands, outlets and contracts."""
