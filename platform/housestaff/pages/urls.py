"""Addresses of the three faces. No patient data stands in any of them: ids only."""

from django.urls import URLPattern

from .console import views as console
from .desk import views as desk
from .doors import page
from .home import home
from .patient import consents, consults
from .reader import language, text_size
from .sign_in import sign_in, sign_out

urlpatterns: list[URLPattern] = [
    page("", home, "home"),
    page("sign-in/", sign_in, "sign-in"),
    page("sign-out/", sign_out, "sign-out"),
    page("language/", language, "language"),
    page("text-size/", text_size, "text-size"),
    page("consults/", consults.consults, "consults"),
    page("consults/new/", consults.new_consult, "new-consult"),
    page("consults/<uuid:consult>/", consults.chat, "chat"),
    page("consults/<uuid:consult>/say/", consults.say, "say"),
    page("consults/<uuid:consult>/end/", consults.end_consult, "end-consult"),
    page("consents/<uuid:subject>/", consents.consent, "consent"),
    page("desk/", desk.desk, "desk"),
    page("desk/queue/", desk.queue, "desk-queue"),
    page("desk/changed/", desk.changed, "desk-changed"),
    page("desk/consults/<uuid:consult>/", desk.consult, "desk-consult"),
    page("desk/consults/<uuid:consult>/case/", desk.case, "desk-case"),
    page("console/", console.console, "console"),
    page("console/agents/<slug:agent>/exam/", console.exam_report, "console-exam"),
]
