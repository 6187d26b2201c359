"""Which of the classes is it?"""
