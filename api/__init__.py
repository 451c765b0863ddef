"""Graph → outside: influence, trees, segments and figures by HTTP, for CRMs and for the page that it serves."""

from refnet.api.app import create_app

__all__ = ["create_app"]
