# The name of this site, in every language ({ brand } in a phrase), and the colour of the button in
# its mails. The rest of its look is in static/app.css and static/icon.svg.
brand = Magic Link
mail_button = #1f4fd8
