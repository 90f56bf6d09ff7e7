from django.apps import AppConfig


class ConsultsConfig(AppConfig):
    name = "housestaff.consults"
    label = "consults"
