from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "housestaff.privacy"
    label = "privacy"
