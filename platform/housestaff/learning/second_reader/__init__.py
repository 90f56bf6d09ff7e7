"""Making the second reader of the raw text (`consults/second_reader`): its texts, its training, its figures."""
