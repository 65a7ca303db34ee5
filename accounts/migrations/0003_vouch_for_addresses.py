from django.db import migrations


def vouch(apps, schema_editor):
    user_model = apps.get_model("accounts", "User")
    address_model = apps.get_model("account", "EmailAddress")
    rows = [
        address_model(user=user, email=user.email, verified=True, primary=True)
        for user in user_model.objects.using(schema_editor.connection.alias)
        if not address_model.objects.using(schema_editor.connection.alias).filter(user=user).exists()
    ]
    address_model.objects.using(schema_editor.connection.alias).bulk_create(rows)


class Migration(migrations.Migration):
    """Everybody who has a log-in by now was given it by the operator, who vouches for the address."""

    dependencies = [("accounts", "0002_find_write_key"), ("account", "0009_emailaddress_unique_primary_email")]

    operations = [migrations.RunPython(vouch, migrations.RunPython.noop)]
