from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "housestaff.people"
    label = "people"
