"""The facts of one revision of the register, in the compact form that deciding reads."""
