"""The commands about money: what came in, what is promised, what is reviewed, signed, paid and booked."""
