"""Generated consults: hundreds of patients whom nobody wrote, to see that each consult ends as one must."""
