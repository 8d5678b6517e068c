"""How outcomes are printed: a module per format, each with one function `render`."""
