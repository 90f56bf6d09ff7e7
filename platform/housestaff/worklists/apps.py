from django.apps import AppConfig


class WorklistsConfig(AppConfig):
    name = "housestaff.worklists"
    label = "worklists"
