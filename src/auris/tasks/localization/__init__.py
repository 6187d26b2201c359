"""From which direction is it heard?"""
