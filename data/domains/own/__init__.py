"""A domain of a customer's own: terms and a page of text, made into sentences to be trained on."""
