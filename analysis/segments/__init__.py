"""Segments of low value and high referral, and the relation of the two."""
