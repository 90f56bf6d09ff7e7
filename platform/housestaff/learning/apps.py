from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "housestaff.learning"
    label = "learning"
