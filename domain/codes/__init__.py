"""On-pack codes: printed in batches for a maker, entered by members, watched for who guesses."""
