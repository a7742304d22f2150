"""What a document says: arms, effects and claims, each with the quote it was read from."""

from nlp.compiled import use

use()
