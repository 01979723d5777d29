# The name of this site in every language ({ brand } in a message), and the color of the button in
# its emails. static/app.css and static/icon.svg define the rest of its look.
brand = Magic Link
mail_button = #1f4fd8
