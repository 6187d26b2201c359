"""Which recordings are alike?"""
