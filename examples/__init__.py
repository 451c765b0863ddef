"""A made-up brand to try refnet on, and its seeded generator: `brand.write(directory)`."""
