from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "housestaff.agents"
    label = "agents"
