"""The acts × fronts × observers matrix of product.md §4: what is done on one front shows on all the others."""

from .acts import FRONTS, Act, NotYet, Way
from .performance import Cell, offers, perform
from .table import ACTS, COLUMNS, HIDDEN, PROPERTY, SEEN, Note, note_of_way, render

__all__ = ["ACTS", "COLUMNS", "FRONTS", "HIDDEN", "PROPERTY", "SEEN", "Act", "Cell", "Note", "NotYet", "Way",
           "note_of_way", "offers", "perform", "render"]
