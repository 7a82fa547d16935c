"""The window of Burrow: Qt on top of the Qt-free `store`."""
