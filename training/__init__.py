"""How the shipped tagger is made: public corpora, converted, and one command that trains from them."""
