"""The door of the store side: everything that the window and other programs may use. No Qt here."""
