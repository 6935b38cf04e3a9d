"""The front ends: Streamlit pages and the `lectern` command. Both speak HTTP only."""
