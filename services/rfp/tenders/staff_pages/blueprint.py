from flask import Blueprint

pages = Blueprint("rfps", __name__, url_prefix="/admin/rfps", template_folder="../templates")
