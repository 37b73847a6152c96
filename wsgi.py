from spotistats import create_app

app = create_app()
