from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.listening import listen

        post_migrate.connect(_grant_rights, sender=self)
        listen()


def _grant_rights(using: str, **_: object) -> None:
    from accounts.rowsecurity import grant_rights

    grant_rights(using)
