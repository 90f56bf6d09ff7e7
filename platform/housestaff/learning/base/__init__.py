"""The small shipped base, `housestaff-nano`: its text, its tokenizer, its training and its card."""
