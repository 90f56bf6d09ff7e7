from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "housestaff.pages"
    label = "pages"
