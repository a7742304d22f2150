"""The page that people look at: values of an answer to HTML. Pure but for what is read from the library it is given."""
