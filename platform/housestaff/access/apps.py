from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "housestaff.access"
    label = "access"
