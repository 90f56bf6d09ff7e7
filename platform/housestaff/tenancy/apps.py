from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "housestaff.tenancy"
    label = "tenancy"
