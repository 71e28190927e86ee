REF_CONSOLE_FIXUPS="prompt.sed random.sed"
